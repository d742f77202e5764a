"""The scenes of the corpus: which shell, what is typed, what was run by it."""
from attack_scenes import attacks

UP, DOWN, RIGHT, LEFT, HOME, END, DEL = '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D', '\x1b[H', '\x1b[F', '\x1b[3~'
ENTER, TAB, BS = '\r', '\t', '\x7f'

PROMPTS = {
    'plain': r'\u@\h:\w\$ ',
    'colour': r'\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ ',
    'two-line': r'┌─[\u@\h \w]\n└─\$ ',
    'short': r'\$ ',
    'title': r'\[\e]0;\u@\h: \w\a\]\u@\h:\w# ',
    'arrow': r'\[\e[36m\]❯\[\e[0m\] ',
    'time': r'[\A \W] > ',
}
SIZES = {'w80': (80, 24), 'w132': (132, 43), 'w40': (40, 12), 'w23': (23, 10)}
FILES = {
    'alpha_report.txt': 'a\n', 'beta notes.txt': 'b\n', 'src/main.c': 'int main;\n', '日本語.txt': 'x\n',
    'logs/app-2024-01-01.log': 'l\n', 'logs/app-2024-01-02.log': 'l\n',
}
LONG = 'echo ' + ' '.join(f'word{number}' for number in range(22))


def plain_lines():
    """Scenes for shells with a line editor in emacs mode: keys, and what they mean."""
    return {
        'simple': (['echo hello' + ENTER, 'true' + ENTER, 'ls -la' + ENTER], ['echo hello', 'true', 'ls -la']),
        'spaces': (['  echo  two   spaces ' + ENTER, ENTER, ENTER, 'true' + ENTER], ['  echo  two   spaces ', 'true']),
        'backspace': (['ecko' + BS * 2 + 'ho done' + ENTER], ['echo done']),
        'cursor': (['echo wrld' + LEFT * 3 + 'o' + END + '!' + ENTER], ['echo world!']),
        'home': (['hello' + HOME + 'echo ' + ENTER], ['echo hello']),
        'control-keys': (['hello there' + '\x01' + 'echo ' + '\x05' + ' x' + ENTER], ['echo hello there x']),
        'kill-word': (['echo one two' + '\x17' + 'three' + ENTER], ['echo one three']),
        'kill-line': (['rm everything' + '\x15' + 'echo safe' + ENTER], ['echo safe']),
        'kill-end': (['echo keep drop' + LEFT * 5 + '\x0b' + ENTER], ['echo keep']),
        'delete': (['eecho x' + HOME + DEL + ENTER], ['echo x']),
        'cancel': (['rm -rf nothing\x03', ('wait', 0.3), 'echo after' + ENTER], ['echo after']),
        'history-up': (['echo first' + ENTER, 'echo second' + ENTER, UP + UP + ENTER],
                       ['echo first', 'echo second', 'echo first']),
        'history-down': (['echo one' + ENTER, 'echo two' + ENTER, UP + UP + DOWN + ENTER],
                         ['echo one', 'echo two', 'echo two']),
        'history-edit': (['echo base' + ENTER, UP + ' more' + ENTER, UP + BS * 4 + 'less' + ENTER],
                         ['echo base', 'echo base more', 'echo base less']),
        'history-previous': (['echo prior' + ENTER, '\x10' + ENTER], ['echo prior', 'echo prior']),
        'search': (['echo needle' + ENTER, 'true' + ENTER, '\x12need' + ENTER], ['echo needle', 'true', 'echo needle']),
        'search-edit': (['echo needle' + ENTER, 'true' + ENTER, '\x12need' + END + ' more' + ENTER],
                        ['echo needle', 'true', 'echo needle more']),
        'tab': (['cat alp' + TAB + ENTER], ['cat alpha_report.txt ']),
        'tab-more': (['cat alp' + TAB + '| cat' + ENTER], ['cat alpha_report.txt | cat']),
        'tab-quoted': (['cat bet' + TAB + ENTER], ['cat beta\\ notes.txt ']),
        'tab-twice': (['cat logs/a' + TAB + TAB + TAB + '1' + TAB + ENTER], ['cat logs/app-2024-01-01.log ']),
        'utf8': (['echo grüße €' + ENTER], ['echo grüße €']),
        'cjk': (['echo 你好世界' + ENTER, 'echo こんにちは' + BS + 'x' + ENTER], ['echo 你好世界', 'echo こんにちx']),
        'wrap': ([LONG + ENTER, 'true' + ENTER], [LONG, 'true']),
        'wrap-edit': ([LONG + HOME + RIGHT * 5 + 'X ' + ENTER], [LONG.replace('echo ', 'echo X ', 1)]),
        'wrap-history': ([LONG + ENTER, 'true' + ENTER, UP + UP + ENTER], [LONG, 'true', LONG]),
        'wrap-cjk': (['echo ' + '汉字测试' * 14 + ENTER], ['echo ' + '汉字测试' * 14]),
        'quotes': (["echo 'a b' \"c $HOME\" `true` $(true)" + ENTER], ["echo 'a b' \"c $HOME\" `true` $(true)"]),
        'pipe': (['ls | sort | head -n 2 > /dev/null 2>&1 && true' + ENTER],
                 ['ls | sort | head -n 2 > /dev/null 2>&1 && true']),
        'clear': (['echo ab\x0ccd' + ENTER, 'clear' + ENTER, 'echo next' + ENTER], ['echo abcd', 'clear', 'echo next']),
        'cd': (['cd src' + ENTER, 'pwd' + ENTER, 'cd ..' + ENTER], ['cd src', 'pwd', 'cd ..']),
        'burst': ([('burst', 'echo quick\r'), ('burst', 'true\r')], ['echo quick', 'true']),
        'paste-lines': ([('burst', 'echo p1\recho p2\recho p3\r'), ('wait', 0.2)], ['echo p1', 'echo p2', 'echo p3']),
        'many': ([f'echo line {number}' + ENTER for number in range(12)], [f'echo line {number}' for number in range(12)]),
        'output': (['seq 1 300' + ENTER, 'echo done' + ENTER], ['seq 1 300', 'echo done']),
        'no-newline': (['printf abc' + ENTER, 'echo x' + ENTER], ['printf abc', 'echo x']),
        'type-ahead': (['sleep 0.4' + ENTER, ('burst', 'echo ahead\r'), ('wait', 0.6), 'echo x' + ENTER],
                       ['sleep 0.4', 'echo ahead', 'echo x']),
        'resize': (['echo before' + ENTER, ('resize', 60, 20), 'echo after the resize' + ENTER],
                   ['echo before', 'echo after the resize']),
        'stdin': (['cat' + ENTER, 'typed text' + ENTER, '\x04', 'echo x' + ENTER], ['cat', 'typed text', 'echo x']),
        'less': (['seq 1 200 > n; less n' + ENTER, 'jjj ', 'q', 'echo back' + ENTER], ['seq 1 200 > n; less n', 'echo back']),
        'vim': (['/usr/bin/vi -u NONE f.txt' + ENTER, 'isome text' + ENTER + 'more\x1b', ':wq' + ENTER, ('wait', 0.2), 'cat f.txt' + ENTER],
                ['/usr/bin/vi -u NONE f.txt', 'cat f.txt']),
    }


ONLY_BASH = {
    'paste-bracketed': ([('burst', '\x1b[200~echo one\necho two\x1b[201~'), ENTER, 'true' + ENTER], ['echo one\necho two', 'true']),
    'paste-one': ([('burst', '\x1b[200~echo pasted words\x1b[201~'), ENTER], ['echo pasted words']),
    'bang-bang': (['echo what' + ENTER, '!!' + ENTER, 'true' + ENTER], ['echo what', 'echo what', 'true']),
    'bang-sudo': (['echo what' + ENTER, 'env !!' + ENTER, 'true' + ENTER], ['echo what', 'env echo what', 'true']),
    'bang-last': (['echo a b' + ENTER, 'echo !$' + ENTER, 'true' + ENTER], ['echo a b', 'echo b', 'true']),
    'bang-prefix': (['echo seen' + ENTER, 'true' + ENTER, '!ech' + ENTER, 'true' + ENTER], ['echo seen', 'true', 'echo seen', 'true']),
    'meta-dot': (['echo target' + ENTER, 'echo \x1b.' + ENTER], ['echo target', 'echo target']),
    'multi-for': (['for i in 1 2' + ENTER, 'do echo $i' + ENTER, 'done' + ENTER, 'true' + ENTER],
                  ['for i in 1 2\ndo echo $i\ndone', 'true']),
    'backslash': (['echo one \\' + ENTER, 'two' + ENTER, 'true' + ENTER], ['echo one \\\ntwo', 'true']),
    'heredoc': (['cat <<EOF' + ENTER, 'line one' + ENTER, 'line two' + ENTER, 'EOF' + ENTER, 'true' + ENTER],
                ['cat <<EOF\nline one\nline two\nEOF', 'true']),
    'quote-open': (['echo "first' + ENTER, 'second"' + ENTER, 'true' + ENTER], ['echo "first\nsecond"', 'true']),
}


# a distribution's own bashrc, which bash reads before this one, may set another prompt
RC = 'PS1=$WANTED_PROMPT\n'
# every command that the shell runs, with its time, the shell and the number of its line
TRACED_RC = RC + '''ME=$RANDOM$RANDOM
trap '[[ $BASH_COMMAND = "history -a" ]] || printf "%s %s %s\\0" "$EPOCHREALTIME" "$ME:$LINENO" "$BASH_COMMAND" >> ~/trace' DEBUG
'''


def bash_env(prompt):
    return {'WANTED_PROMPT': prompt, 'PROMPT_COMMAND': 'history -a', 'HISTTIMEFORMAT': '%s ', 'HISTCONTROL': ''}


def make(name, kind, argv, env, steps, ran, size, **more):
    return {'name': name, 'kind': kind, 'argv': argv, 'env': env, 'steps': steps, 'ran': ran, 'size': size,
            'files': {**FILES, **more.pop('files', {})}, **more}


def bash_scenes():
    argv = ['bash', '--noprofile', '--rcfile', 'rc', '-i']
    rc = {'rc': RC + 'shopt -s lithist cmdhist histappend\nset -o history\n'}
    for name, (steps, ran) in {**plain_lines(), **ONLY_BASH}.items():
        for prompt_name, prompt in PROMPTS.items():
            if prompt_name in ('title', 'arrow', 'time') and name not in ('simple', 'history-up', 'tab', 'search', 'wrap', 'cjk', 'heredoc', 'paste-lines'):
                continue
            checked = name not in ('stdin', 'backslash', 'bang-prefix', 'paste-bracketed')
            yield make(f'bash {prompt_name} {name}', 'plain', argv, bash_env(prompt), steps, ran, (80, 24), checked=checked, files=rc)
        for size_name in ('w40', 'w132', 'w23'):
            if name in ('wrap', 'wrap-edit', 'wrap-history', 'wrap-cjk', 'simple', 'history-edit', 'search', 'tab', 'heredoc', 'paste-bracketed'):
                yield make(f'bash {size_name} {name}', 'plain', argv, bash_env(r'\u:\W\$ '), steps, ran, SIZES[size_name], checked=name != 'paste-bracketed', files=rc)


def zsh_scenes():
    prompts = {'zsh-plain': ('%n@%m:%~%# ', ''), 'zsh-right': ('%F{green}%1~%f %# ', '[%T]')}
    for prompt_name, (prompt, right) in prompts.items():
        rc = {'.zshrc': f"bindkey -e\nPROMPT='{prompt}'\nRPROMPT='{right}'\nSAVEHIST=0\nunsetopt BEEP\n"}
        for name, (steps, ran) in {**plain_lines(), **ONLY_BASH}.items():
            if name in ('kill-line', 'meta-dot', 'paste-bracketed', 'cursor', 'home', 'delete', 'wrap-edit'):
                continue
            if name.startswith('tab') or name == 'search-edit':
                continue
            yield make(f'{prompt_name} {name}', 'plain', ['zsh', '-i'], {'ZDOTDIR': '.'}, steps, ran, (80, 24), files=rc, start=0.6, quiet=0.1)


def small_shell_scenes():
    editing = {'simple', 'spaces', 'backspace', 'utf8', 'cjk', 'quotes', 'pipe', 'burst', 'many', 'output', 'no-newline',
               'type-ahead', 'stdin', 'cd', 'cancel', 'less', 'vim', 'wrap', 'resize'}
    for name, (steps, ran) in plain_lines().items():
        if name in editing - {'utf8', 'cjk', 'resize', 'cancel'}:
            yield make(f'dash {name}', 'plain', ['dash', '-i'], {'PS1': '$ '}, steps, ran, (80, 24))
        if name in editing - {'utf8', 'cjk', 'less'} | {'cursor', 'home', 'history-up', 'history-edit', 'kill-word', 'kill-line', 'tab'}:
            yield make(f'ash {name}', 'plain', ['busybox', 'ash', '-i'], {'PS1': '~ # '}, steps, ran, (80, 24))
    for shell, argv in {'dash': ['dash', '-i'], 'ash': ['busybox', 'ash', '-i']}.items():
        for name in ('multi-for', 'heredoc', 'quote-open'):
            steps, ran = ONLY_BASH[name]
            yield make(f'{shell} {name}', 'plain', argv, {'PS1': 'x$ '}, steps, ran, (80, 24))


def client_scenes():
    python = ['/usr/bin/python3', '-q', '-i']
    for name, steps, ran in [
        ('expression', ['1 + 1' + ENTER, 'print("x")' + ENTER], ['1 + 1', 'print("x")']),
        ('function', ['def f(x):' + ENTER, '    return x' + ENTER, ENTER, 'f(1)' + ENTER], ['def f(x):\n    return x', 'f(1)']),
        ('history', ['a = 5' + ENTER, UP + '0' + ENTER], ['a = 5', 'a = 50']),
        ('not-equal', ['1 != 2' + ENTER, 'print("hi!")' + ENTER], ['1 != 2', 'print("hi!")']),
        ('input', ['x = input("name? ")' + ENTER, 'Ada' + ENTER, 'x' + ENTER], ['x = input("name? ")', 'Ada', 'x']),
        ('wrap', ['x = "' + 'long ' * 30 + '"' + ENTER], ['x = "' + 'long ' * 30 + '"']),
    ]:
        yield make(f'python {name}', 'plain', python, {}, steps, ran, (80, 24))
    for name, steps, ran in [
        ('select', ['select 1;' + ENTER, 'create table t (a);' + ENTER], ['select 1;', 'create table t (a);']),
        ('lines', ['select' + ENTER, '  2' + ENTER, ';' + ENTER, '.tables' + ENTER], ['select\n  2\n;', '.tables']),
        ('history', ['select 7;' + ENTER, UP + ENTER], ['select 7;', 'select 7;']),
    ]:
        yield make(f'sqlite {name}', 'plain', ['sqlite3', 'x.db'], {}, steps, ran, (80, 24))
    rc = {'rc': RC}
    bash = ['bash', '--noprofile', '--rcfile', 'rc', '-i']
    env = bash_env(r'\u@\h:\w\$ ')
    secret = 'Tr0ub4dor&3'
    for name, steps, ran, secrets in [
        ('sub-shell', ['bash --norc' + ENTER, 'echo in' + ENTER, 'exit' + ENTER, 'echo out' + ENTER], ['bash --norc', 'echo in', 'exit', 'echo out'], []),
        ('sub-dash', ['dash' + ENTER, 'echo in' + ENTER, 'exit' + ENTER, 'echo out' + ENTER], ['dash', 'echo in', 'exit', 'echo out'], []),
        ('into-sqlite', ['sqlite3' + ENTER, 'select 3;' + ENTER, '.quit' + ENTER, 'echo out' + ENTER], ['sqlite3', 'select 3;', '.quit', 'echo out'], []),
        ('into-python', ['/usr/bin/python3 -q' + ENTER, '2 * 3' + ENTER, 'exit()' + ENTER, 'echo out' + ENTER], ['/usr/bin/python3 -q', '2 * 3', 'exit()', 'echo out'], []),
        ('password', ['read -rsp "Password: " p' + ENTER, ('wait', 0.1), secret + ENTER, 'echo ok' + ENTER], ['read -rsp "Password: " p', 'echo ok'], [secret]),
        ('password-stty', ["stty -echo; printf '[sudo] password for me: '; read p; stty echo; echo" + ENTER, secret + ENTER, 'echo ok' + ENTER],
         ["stty -echo; printf '[sudo] password for me: '; read p; stty echo; echo", 'echo ok'], [secret]),
        ('password-python', ["/usr/bin/python3 -c 'import getpass; getpass.getpass()'" + ENTER, ('wait', 0.2), secret + ENTER, 'echo ok' + ENTER],
         ["/usr/bin/python3 -c 'import getpass; getpass.getpass()'", 'echo ok'], [secret]),
        ('question', ['read -p "Sure? " x' + ENTER, 'y' + ENTER, 'echo ok' + ENTER], ['read -p "Sure? " x', 'y', 'echo ok'], []),
        ('background', ['sleep 0.2 &' + ENTER, ('wait', 0.4), 'echo ok' + ENTER, 'true' + ENTER], ['sleep 0.2 &', 'echo ok', 'true'], []),
        ('tmux', ['tmux -f /dev/null -L c new' + ENTER, ('wait', 0.5), 'echo inside' + ENTER, 'exit' + ENTER, ('wait', 0.4), 'echo back' + ENTER],
         ['tmux -f /dev/null -L c new', 'echo back'], []),
        ('top', ['top -d 9' + ENTER, ('wait', 0.4), 'q', ('wait', 0.2), 'echo back' + ENTER], ['top -d 9', 'echo back'], []),
    ]:
        for number, (_, size) in enumerate(SIZES.items()):
            if number < 2:
                yield make(f'bash client {name} {number}', 'plain', bash, env, steps, ran, size, files=rc, secrets=secrets,
                           optional=['echo inside', 'exit'])


def evasion_scenes():
    bash = ['bash', '--noprofile', '--rcfile', 'rc', '-i']
    lying = 'import sys,os,tty\ntty.setraw(0)\nsys.stdout.write("me@host:~$ "); sys.stdout.flush()\n' \
            'shown = "ls -la"\nn=0\nwhile True:\n  c = os.read(0,1)\n  if c == b"\\r": break\n' \
            '  os.write(1, shown[n:n+1].encode()); n += 1\nos.write(1,b"\\r\\n"); os.system("stty sane")\n'
    cases = [
        ('alternate', ["printf '\\e[?1049h'" + ENTER, 'id' + ENTER, 'echo evil' + ENTER, "printf '\\e[?1049l'" + ENTER],
         ["printf '\\e[?1049h'", 'id', 'echo evil', "printf '\\e[?1049l'"]),
        ('alternate-47', ["printf '\\e[?47h'" + ENTER, 'id' + ENTER, 'echo evil' + ENTER], ["printf '\\e[?47h'", 'id', 'echo evil']),
        ('no-echo', ['stty -echo' + ENTER, 'id' + ENTER, 'echo evil' + ENTER, 'stty echo' + ENTER], ['stty -echo', 'id', 'echo evil', 'stty echo']),
        ('control-j', ['echo evil\n', 'id\n', 'true' + ENTER], ['echo evil', 'id', 'true']),
        ('control-o', ['echo a' + ENTER, 'echo b' + ENTER, UP + UP + '\x0f', ENTER, 'true' + ENTER], ['echo a', 'echo b', 'echo a', 'echo b', 'true']),
        ('nul', ['ec\x00ho x' + ENTER, 'true' + ENTER], ['echo x', 'true']),
        ('quoted-insert', ['echo \x16\x1b[2K\x16\r x' + ENTER, 'true' + ENTER], ['echo \x1b[2K\r x', 'true']),
        ('prompt-erases', ["PS1='\\e[2K\\r$ '" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["PS1='\\e[2K\\r$ '", 'id', 'echo x']),
        ('prompt-cursor', ["PS1='abc\\e[3D'" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["PS1='abc\\e[3D'", 'id', 'echo x']),
        ('prompt-empty', ["PS1=''" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["PS1=''", 'id', 'echo x']),
        ('prompt-far', ["PS1='\\[\\e[10;20H\\]> '" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["PS1='\\[\\e[10;20H\\]> '", 'id', 'echo x']),
        ('prompt-hidden', ["PS1='\\[\\e[8m\\]$ '" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["PS1='\\[\\e[8m\\]$ '", 'id', 'echo x']),
        ('prompt-saves', ["PS1='\\[\\e7\\e[1;1Hls\\e8\\]$ '" + ENTER, 'id' + ENTER], ["PS1='\\[\\e7\\e[1;1Hls\\e8\\]$ '", 'id']),
        ('ps0-repaints', ["PS0='\\e[1A\\e[2K$ ls\\n'" + ENTER, 'echo evil' + ENTER, 'id' + ENTER], ["PS0='\\e[1A\\e[2K$ ls\\n'", 'echo evil', 'id']),
        ('bind-key', ["bind '\"q\": \"echo evil\\C-j\"'" + ENTER, 'q', ('wait', 0.1), 'true' + ENTER], ["bind '\"q\": \"echo evil\\C-j\"'", 'echo evil', 'true']),
        ('bind-enter', ["bind '\"\\C-m\": \"\\C-uecho evil\\C-j\"'" + ENTER, 'ls' + ENTER, 'pwd' + ENTER],
         ["bind '\"\\C-m\": \"\\C-uecho evil\\C-j\"'", 'echo evil', 'echo evil']),
        ('bind-other-enter', ["bind '\"`\": accept-line'" + ENTER, 'echo evil`', ('wait', 0.1), 'true' + ENTER],
         ["bind '\"`\": accept-line'", 'echo evil', 'true']),
        ('bind-silent', ["bind -x '\"q\": true evil'" + ENTER, 'q', ('wait', 0.1), 'true' + ENTER], ["bind -x '\"q\": true evil'", 'true']),
        ('bind-replaces', ["bind -x '\"q\": READLINE_LINE=\"echo evil\"'" + ENTER, 'lsq' + ENTER, 'true' + ENTER],
         ["bind -x '\"q\": READLINE_LINE=\"echo evil\"'", 'echo evil', 'true']),
        ('bind-up', ["bind '\"\\e[A\": \"echo evil\"'" + ENTER, UP + ENTER, 'true' + ENTER], ["bind '\"\\e[A\": \"echo evil\"'", 'echo evil', 'true']),
        ('horizontal', ["bind 'set horizontal-scroll-mode on'" + ENTER, LONG + ENTER, UP + ENTER, 'true' + ENTER],
         ["bind 'set horizontal-scroll-mode on'", LONG, LONG, 'true']),
        ('vi-mode', ['set -o vi' + ENTER, 'echo xy\x1b', 'xa1' + ENTER, 'true' + ENTER], ['set -o vi', 'echo x1', 'true']),
        ('lying-program', ['/usr/bin/python3 lie.py' + ENTER, ('wait', 0.2), 'rm -rf' + ENTER, ('wait', 0.2), 'true' + ENTER],
         ['/usr/bin/python3 lie.py', 'true', 'rm -rf']),
        ('background-noise', ["(sleep 0.3; printf '\\rroot# ls\\n') &" + ENTER, 'echo ev', ('wait', 0.5), 'il' + ENTER, 'true' + ENTER],
         ["(sleep 0.3; printf '\\rroot# ls\\n') &", 'echo evil', 'true']),
        ('scroll-region', ["printf '\\e[5;10r'" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["printf '\\e[5;10r'", 'id', 'echo x']),
        ('origin', ["printf '\\e[?6h\\e[3;8r'" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["printf '\\e[?6h\\e[3;8r'", 'id', 'echo x']),
        ('no-wrap', ["printf '\\e[?7l'" + ENTER, LONG + ENTER, 'true' + ENTER], ["printf '\\e[?7l'", LONG, 'true']),
        ('insert-mode', ["printf '\\e[4h'" + ENTER, 'id' + ENTER, 'echo x' + LEFT + 'y' + ENTER], ["printf '\\e[4h'", 'id', 'echo yx']),
        ('charset', ["printf '\\e(0'" + ENTER, 'id' + ENTER, 'echo abc' + ENTER], ["printf '\\e(0'", 'id', 'echo abc']),
        ('reset', ["printf '\\ec'" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["printf '\\ec'", 'id', 'echo x']),
        ('history-off', ['set +o history' + ENTER, 'id' + ENTER, ' echo x' + ENTER], ['set +o history', 'id', ' echo x']),
        ('burst-cancel', [('burst', 'echo evil\r\x03'), ('wait', 0.2), 'true' + ENTER], ['echo evil', 'true']),
        ('burst-mixed', [('burst', 'stty -echo\recho evil\rstty echo\r'), ('wait', 0.3), 'true' + ENTER], ['stty -echo', 'echo evil', 'stty echo', 'true']),
        ('fake-output', ["printf 'me$ ls\\n'" + ENTER, 'id' + ENTER], ["printf 'me$ ls\\n'", 'id']),
        ('bang-fake', ["echo what" + ENTER, '!echo:s/what/evil/' + ENTER, 'true' + ENTER], ['echo what', 'echo evil', 'true']),
        ('caret', ['echo good' + ENTER, '^good^evil^' + ENTER, 'true' + ENTER], ['echo good', 'echo evil', 'true']),
        ('undo', ['echo abc\x1f\x1f' + ENTER, 'true' + ENTER], ['echo abc', '', 'true', 'echo', 'echo a', 'echo ab']),
        ('transpose', ['echo ab\x14' + ENTER, 'true' + ENTER], ['echo ba', 'true']),
        ('yank', ['echo evil\x15\x19 x' + ENTER, 'true' + ENTER], ['echo evil x', 'true']),
        ('word-keys', ['one two\x1bbecho \x01echo ' + ENTER, 'true' + ENTER], ['echo one echo two', 'true']),
        ('wide-resize', ['echo evil', ('resize', 10, 5), ' more' + ENTER, ('resize', 80, 24), 'true' + ENTER], ['echo evil more', 'true']),
        ('soft-hyphen', ['echo a\u00adb\u200bc' + ENTER, 'echo e\u0301' + ENTER, 'echo \u202eevil' + ENTER],
         ['echo a\u00adb\u200bc', 'echo e\u0301', 'echo \u202eevil']),
        ('emoji', ['echo 👨‍👩‍👧 x' + BS + 'y' + ENTER, 'true' + ENTER], ['echo 👨‍👩‍👧 y', 'true']),
        ('ctrl-g-keeps', ['echo evil\x07', ('wait', 0.2), 'x' + ENTER, 'true' + ENTER], ['echo evilx', 'true']),
        ('ctrl-z-keeps', ['echo evil\x1a', ('wait', 0.2), 'x' + ENTER, 'true' + ENTER], ['echo evilx', 'true']),
        ('ctrl-backslash-keeps', ['echo evil\x1c', ('wait', 0.2), 'x' + ENTER, 'true' + ENTER], ['echo evilx', 'true']),
        ('bind-ctrl-g', ["bind '\"\\C-g\": accept-line'" + ENTER, 'echo evil\x07', ('wait', 0.2), 'true' + ENTER],
         ["bind '\"\\C-g\": accept-line'", 'echo evil', 'true']),
        ('bind-ctrl-g-last', ["bind '\"\\C-g\": accept-line'" + ENTER, 'echo evil\x07', ('wait', 0.2)],
         ["bind '\"\\C-g\": accept-line'", 'echo evil']),
        ('bind-ctrl-g-literal', ["bind '\"\\C-g\": accept-line'" + ENTER, 'echo evil #^G\x07', ('wait', 0.2), 'true' + ENTER],
         ["bind '\"\\C-g\": accept-line'", 'echo evil #^G', 'true']),
        ('bind-ctrl-g-burst', ["bind '\"\\C-g\": accept-line'" + ENTER, ('burst', 'echo evil #^G\x07'), ('wait', 0.2), 'true' + ENTER],
         ["bind '\"\\C-g\": accept-line'", 'echo evil #^G', 'true']),
        ('bind-ctrl-g-macro', ["bind '\"\\C-g\": \"echo evil\\C-m\"'" + ENTER, '\x07', ('wait', 0.2), 'true' + ENTER],
         ["bind '\"\\C-g\": \"echo evil\\C-m\"'", 'echo evil', 'true']),
        ('bind-ctrl-c', ["stty intr undef; bind '\"\\C-c\": accept-line'" + ENTER, 'echo evil\x03', ('wait', 0.2), 'true' + ENTER],
         ["stty intr undef; bind '\"\\C-c\": accept-line'", 'echo evil', 'true']),
        ('bind-then-ctrl-c', ["bind '\"`\": accept-line'" + ENTER, 'echo evil`', ('wait', 0.2), '\x03', ('wait', 0.2), 'true' + ENTER],
         ["bind '\"`\": accept-line'", 'echo evil', 'true']),
        ('bind-two-lines', ["bind '\"`\": accept-line'" + ENTER, ('burst', 'echo evil`echo more`'), ('wait', 0.2), 'true' + ENTER],
         ["bind '\"`\": accept-line'", 'echo evil', 'echo more', 'true']),
        ('bind-three-last', ["bind '\"`\": accept-line'" + ENTER, ('burst', 'echo evil`echo more`echo most`'), ('wait', 0.2)],
         ["bind '\"`\": accept-line'", 'echo evil', 'echo more', 'echo most']),
        ('bind-same-twice', ["bind '\"`\": accept-line'" + ENTER, ('burst', 'echo evil`echo evil`'), ('wait', 0.2), 'true' + ENTER],
         ["bind '\"`\": accept-line'", 'echo evil', 'echo evil', 'true']),
        ('bind-two-no-prompt', ["bind '\"`\": accept-line'; PS1=" + ENTER, ('burst', 'echo evil`echo more`'), ('wait', 0.2), 'true' + ENTER],
         ["bind '\"`\": accept-line'; PS1=", 'echo evil', 'echo more', 'true']),
        ('bind-prompt-returns', ["bind '\"`\": accept-line'; OLD=$PS1; PS1=" + ENTER, 'echo evil; PS1=$OLD`', ('wait', 0.2), 'true' + ENTER],
         ["bind '\"`\": accept-line'; OLD=$PS1; PS1=", 'echo evil; PS1=$OLD', 'true']),
        *[(f'alternate-blank-{number}', ["PS1='  '" + ENTER, trick + ENTER, ('wait', 0.2), 'id' + ENTER, 'echo evil' + ENTER],
           ["PS1='  '", trick, 'id', 'echo evil'])
          for number, trick in enumerate(["printf '\\e[?1049h'", "less; printf '\\e[?1049h'", "printf '\\e[?1049h'; less",
                                          "printf '\\e[?1049h' less", "printf '\\e[?1049h' | cat - less 2>&1", "printf '\\e[?1049h' && vim --version > x"])],
        ('title', ["printf '\\e]0;evil\\a'" + ENTER, 'id' + ENTER], ["printf '\\e]0;evil\\a'", 'id']),
        ('unfinished', ["printf '\\e]0;never ends'" + ENTER, 'id' + ENTER, 'echo x' + ENTER], ["printf '\\e]0;never ends'", 'id', 'echo x']),
    ]
    for name, steps, ran in cases:
        for prompt_name in ('plain', 'short'):
            yield make(f'evasion {name} {prompt_name}', 'evasion', bash, bash_env(PROMPTS[prompt_name]), steps, ran, (80, 24),
                       files={'rc': TRACED_RC, 'lie.py': lying})


def attack_scenes():
    """As evasions, of which they are a part; shells within programs tell what they run too."""
    bash = ['bash', '--noprofile', '--rcfile', 'rc', '-i']
    files = {'rc': TRACED_RC, '.bashrc': TRACED_RC, 'rc2': TRACED_RC + "PS1='$ '\n", '.screenrc': 'startup_message off\n'}
    env = {**bash_env(PROMPTS['plain']), 'SHELL': '/bin/bash', 'BASH_ENV': 'rc'}
    for name, (steps, ran) in attacks().items():
        yield make(f'evasion attack {name}', 'evasion', bash, env, steps, ran, (80, 24), files=files)


def scenes():
    for source in (bash_scenes, zsh_scenes, small_shell_scenes, client_scenes, evasion_scenes, attack_scenes):
        yield from source()
