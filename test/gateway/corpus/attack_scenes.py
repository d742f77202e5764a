"""Scenes of programs within programs, and of terminals whose own line editing is turned against what they show."""

UP, LEFT, RIGHT, DEL, ENTER, BS, ESC = '\x1b[A', '\x1b[D', '\x1b[C', '\x1b[3~', '\r', '\x7f', '\x1b'
WAIT = ('wait', 0.3)

# a second shell without a line editor: the terminal itself edits the line (termios(3), ICANON)
PLAIN_SHELL = 'exec bash --noprofile --rcfile ~/rc --noediting' + ENTER
PLAIN = PLAIN_SHELL.strip()
# what it hides, and what it shows in its place, as long
EVIL, GOOD = 'echo evil #', 'ls -la /tmp'


def programs():
    """What is typed in a program that runs commands of its own."""
    return {
        'script': (['script -q typescript' + ENTER, WAIT, 'echo in' + ENTER, 'exit' + ENTER, WAIT, 'true' + ENTER],
                   ['script -q typescript', 'echo in', 'exit', 'true']),
        'screen': (['screen' + ENTER, ('wait', 0.6), 'echo in' + ENTER, "PS1='new> '" + ENTER, 'echo evil' + ENTER, 'exit' + ENTER, WAIT, 'true' + ENTER],
                   ['screen', 'echo in', "PS1='new> '", 'echo evil', 'exit', 'true']),
        'tmux-prompt': (['tmux -f /dev/null -L p new' + ENTER, ('wait', 0.6), "PS1='new> '" + ENTER, 'echo evil' + ENTER, 'exit' + ENTER, WAIT, 'true' + ENTER],
                        ['tmux -f /dev/null -L p new', "PS1='new> '", 'echo evil', 'exit', 'true']),
        'tmux-no-prompt': (['tmux -f /dev/null -L n new' + ENTER, ('wait', 0.6), "PS1=''" + ENTER, 'echo evil' + ENTER, 'exit' + ENTER, WAIT, 'true' + ENTER],
                           ['tmux -f /dev/null -L n new', "PS1=''", 'echo evil', 'exit', 'true']),
        'tmux-split': (['tmux -f /dev/null -L s new' + ENTER, ('wait', 0.6), '\x02', '%', ('wait', 0.6), 'echo evil' + ENTER, 'exit' + ENTER, WAIT, 'exit' + ENTER, WAIT, 'true' + ENTER],
                       ['tmux -f /dev/null -L s new', 'echo evil', 'exit', 'exit', 'true']),
        'less-bang': (['seq 1 200 > n; less n' + ENTER, WAIT, '!echo evil' + ENTER, WAIT, ENTER, 'q', WAIT, 'true' + ENTER],
                      ['seq 1 200 > n; less n', 'true']),
        'vim-bang': (['/usr/bin/vi -u NONE f' + ENTER, WAIT, ':!echo evil' + ENTER, WAIT, ENTER, WAIT, ':q!' + ENTER, WAIT, 'true' + ENTER],
                     ['/usr/bin/vi -u NONE f', 'true']),
        'vim-read': (['/usr/bin/vi -u NONE f' + ENTER, WAIT, ':r !echo evil' + ENTER, WAIT, ':q!' + ENTER, WAIT, 'true' + ENTER],
                     ['/usr/bin/vi -u NONE f', 'true']),
        'vim-shell': (['/usr/bin/vi -u NONE f' + ENTER, WAIT, ':sh' + ENTER, WAIT, 'echo evil' + ENTER, 'exit' + ENTER, WAIT, ':q!' + ENTER, WAIT, 'true' + ENTER],
                      ['/usr/bin/vi -u NONE f', 'echo evil', 'exit', 'true']),
        'bash-x': (['bash --noprofile --rcfile ~/rc -x' + ENTER, WAIT, 'echo in' + ENTER, 'exit' + ENTER, 'true' + ENTER],
                   ['bash --noprofile --rcfile ~/rc -x', 'echo in', 'exit', 'true']),
        'python-system': (['/usr/bin/python3 -q' + ENTER, WAIT, 'import os' + ENTER, 'os.system("bash -c \\"echo evil\\"")' + ENTER, 'exit()' + ENTER, 'true' + ENTER],
                          ['/usr/bin/python3 -q', 'import os', 'os.system("bash -c \\"echo evil\\"")', 'exit()', 'true']),
        'asked-like-a-prompt': (["read -p '$ ' x" + ENTER, 'echo evil' + ENTER, 'true' + ENTER], ["read -p '$ ' x", 'echo evil', 'true']),
    }


def line_editors():
    """Keys to which the user, or another mode of the line editor, gives another meaning."""
    return {
        'vi-history': (['set -o vi' + ENTER, 'echo evil' + ENTER, 'true' + ENTER, ESC, 'kk' + ENTER, 'true' + ENTER],
                       ['set -o vi', 'echo evil', 'true', 'echo evil', 'true']),
        'vi-search': (['set -o vi' + ENTER, 'echo evil' + ENTER, 'true' + ENTER, ESC, '/evil' + ENTER, ENTER, 'true' + ENTER],
                      ['set -o vi', 'echo evil', 'true', 'echo evil', 'true']),
        'vi-change': (['set -o vi' + ENTER, 'ls', ESC, '0Diecho evil' + ENTER, 'true' + ENTER], ['set -o vi', 'echo evil', 'true']),
        'vi-command': (["set -o vi; bind 'set keymap vi-command'" + ENTER, 'iecho evil' + ENTER, 'true' + ENTER],
                       ["set -o vi; bind 'set keymap vi-command'", 'echo evil', 'true', 'iecho evil']),
        'fc-again': (['echo good' + ENTER, 'fc -s good=evil' + ENTER, 'true' + ENTER], ['echo good', 'fc -s good=evil', 'echo evil', 'true']),
        'fc-editor': (['echo good' + ENTER, 'fc -e "sed -i s/good/evil/"' + ENTER, WAIT, 'true' + ENTER],
                      ['echo good', 'fc -e "sed -i s/good/evil/"', 'echo evil', 'true']),
        'histchars': (["histchars='@^#'" + ENTER, 'echo evil' + ENTER, 'true' + ENTER, '@ec' + ENTER, '@@' + ENTER, 'true' + ENTER],
                      ["histchars='@^#'", 'echo evil', 'true', 'echo evil', 'echo evil', 'true']),
        'prompt-output': (["PS1='$(tail -n 1 out)\\n\\$ '" + ENTER, "printf '$ ls\\n$ ls' > out" + ENTER, 'echo evil' + ENTER, 'true' + ENTER],
                          ["PS1='$(tail -n 1 out)\\n\\$ '", "printf '$ ls\\n$ ls' > out", 'echo evil', 'true']),
        'bind-prefix-prompt': (["bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'" + ENTER, 'ls' + ENTER, 'pwd' + ENTER],
                               ["bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'", 'echo evil;: $ ls', 'echo evil;: $ pwd']),
        'bind-prefix-burst': (["bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'" + ENTER, ('burst', 'ls\rpwd\r'), WAIT],
                              ["bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'", 'echo evil;: $ ls', 'echo evil;: $ pwd']),
        'bind-other-prompt': (["PS1='mX: '; bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'" + ENTER, ('burst', 'ls\rpwd\r'), WAIT],
                              ["PS1='mX: '; bind '\"\\C-m\": \"\\C-aecho evil;: $ \\C-j\"'", 'echo evil;: $ ls', 'echo evil;: $ pwd']),
        'bind-no-prompt': (["OLD=$PS1; PS1=; bind '\"\\C-m\": \"\\C-aecho evil;: '\"${OLD@P}\"'\\C-j\"'" + ENTER, 'ls' + ENTER, 'pwd' + ENTER],
                           ["OLD=$PS1; PS1=; bind '\"\\C-m\": \"\\C-aecho evil;: '\"${OLD@P}\"'\\C-j\"'"]),
        'hidden-text': (["printf '\\e[8m'" + ENTER, 'echo evil' + ENTER, "printf '\\e[0m'" + ENTER], ["printf '\\e[8m'", 'echo evil', "printf '\\e[0m'"]),
        'stty-raw': (['stty raw' + ENTER, 'echo evil' + ENTER, 'stty sane' + ENTER, 'true' + ENTER], ['stty raw', 'echo evil', 'stty sane', 'true']),
        'narrow': (['stty cols 20' + ENTER, 'echo evil; ' + 'x' * 9 + ' ; ls -la' + ENTER, 'true' + ENTER],
                   ['stty cols 20', 'echo evil; ' + 'x' * 9 + ' ; ls -la', 'true']),
    }


def terminals():
    """The terminal edits the line itself, and shows keys by what they do to it."""
    raw_keys = 'stty -echoctl' + ENTER
    return {
        'plain-shell': ([PLAIN_SHELL, WAIT, 'echo on' + BS + 'ne two\x17three' + ENTER, 'lss\x15echo evil' + ENTER, 'true' + ENTER],
                        [PLAIN, 'echo one three', 'echo evil', 'true']),
        'backspaces-over': ([raw_keys, PLAIN_SHELL, WAIT, EVIL + '\x08' * len(EVIL) + GOOD + ENTER, 'true' + ENTER],
                            ['stty -echoctl', PLAIN, EVIL + '\x08' * len(EVIL) + GOOD, 'true']),
        'backspaces-burst': ([raw_keys, PLAIN_SHELL, WAIT, ('burst', EVIL + '\x08' * len(EVIL) + GOOD + ENTER), 'true' + ENTER],
                             ['stty -echoctl', PLAIN, EVIL + '\x08' * len(EVIL) + GOOD, 'true']),
        'blanks-over': ([raw_keys, PLAIN_SHELL, WAIT, EVIL + '\x08' * len(EVIL) + ' ' * len(EVIL) + '\x08' * len(EVIL) + GOOD + ENTER, 'true' + ENTER],
                        ['stty -echoctl', PLAIN, 'true']),
        'deletes-over': ([raw_keys, PLAIN_SHELL, WAIT, EVIL + LEFT * len(EVIL) + DEL * len(EVIL) + GOOD + ENTER, 'true' + ENTER],
                         ['stty -echoctl', PLAIN, 'true']),
        'ends-over': ([raw_keys, PLAIN_SHELL, WAIT, EVIL + LEFT * len(EVIL) + '\x04' * len(EVIL) + GOOD + ENTER, 'true' + ENTER],
                      ['stty -echoctl', PLAIN, 'true']),
        'bytes-erased': (['stty -iutf8' + ENTER, PLAIN_SHELL, WAIT, 'echo evil;' + 'é' * 10 + BS * 20 + 'ls' + ENTER, 'true' + ENTER],
                         ['stty -iutf8', PLAIN, 'echo evil;ls', 'true']),
        'returns-over': (["stty -echoctl -icrnl; PS1='$ '; " + PLAIN.replace('~/rc', '~/rc2') + '\n', WAIT,
                          EVIL + '\r' + RIGHT * 2 + GOOD + '\n', 'true\n', 'stty sane\n'],
                         ["stty -echoctl -icrnl; PS1='$ '; " + PLAIN.replace('~/rc', '~/rc2'), 'true', 'stty sane']),
        'fake-paste': ([PLAIN_SHELL, WAIT, "printf '\\e[?2004h'" + ENTER, ('burst', '\x1b[200~;echo evil\r\x1b[201~'), WAIT, '\x03', WAIT, 'true' + ENTER],
                       [PLAIN, "printf '\\e[?2004h'", 'true']),
        'ahead': ([PLAIN_SHELL, WAIT, 'sleep 0.5' + ENTER, 'echo evil;', ('wait', 0.8), 'ls' + ENTER, 'true' + ENTER],
                  [PLAIN, 'sleep 0.5', 'echo evil;ls', 'true']),
        'answer-ahead': ([PLAIN_SHELL, WAIT, 'sleep 0.5' + ENTER, ('burst', '\x1b];echo evil;\x07'), ('wait', 0.8), ';ls' + ENTER, 'true' + ENTER],
                         [PLAIN, 'sleep 0.5', 'true']),
    }


def attacks():
    """By name: steps, and what was run."""
    return {**programs(), **line_editors(), **terminals()}
