"""One step of a push, for `ansible-playbook` as the gateway runs it.

What to run and what it reads come from the gateway over a socket in the playbook's own folder, one JSON object a line,
and what came of it goes back. So no data and no secret is ever a variable of Ansible, a template or a file.
"""

import json
import os
import socket

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

MAX_OUTPUT = 64 * 1024


class ActionModule(ActionBase):
    _VALID_ARGS = frozenset(("step",))

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        step = self._task.args["step"]
        with socket.socket(socket.AF_UNIX) as gateway:
            gateway.connect(os.path.join(os.environ["HOME"], "steps"))
            with gateway.makefile("rw", encoding="utf-8", newline="\n") as lines:
                _say(lines, {"ask": "order", "step": step})
                answer = lines.readline()
                if not answer:
                    raise AnsibleError("The gateway is gone.")
                order = json.loads(answer)
                if order.get("skip"):
                    result["skipped"] = True
                    return result
                report = self._carry_out(order, task_vars)
                _say(lines, report)
        result["failed"] = report.get("failure") is not None
        return result

    def _carry_out(self, order, task_vars):
        arguments = {
            "argv": ["/bin/sh", "-c", order["program"]],
            "stdin": order["input"],
            "stdin_add_newline": False,
            "strip_empty_ends": False,
        }
        try:
            said = self._execute_module(
                module_name="ansible.builtin.command", module_args=arguments, task_vars=task_vars
            )
        except AnsibleError as error:  # the asset is gone, for example
            return {"failure": str(error)[:2000]}
        if "module_stderr" in said or "start" not in said:
            words = said.get("module_stderr") or said.get("module_stdout") or said.get("msg") or "no answer"
            return {"failure": str(words)[:2000]}
        if len(said.get("stdout", "")) > MAX_OUTPUT:
            return {"failure": "it wrote more than it may"}
        return {"status": said["rc"], "stdout": said.get("stdout", ""), "stderr": said.get("stderr", "")[:8192]}


def _say(lines, message):
    lines.write(json.dumps(message) + "\n")
    lines.flush()
