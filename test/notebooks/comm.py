"""Runs cells in a tslab kernel and speaks with the library's comm as a front end would, over ZeroMQ.

usage: comm.py FOLDER < plan.json, where FOLDER is the kernel's working directory and the plan is
{"cells": [code], "requests": [{"message": any, "onProgress": message or absent}]}. A request waits for its answer:
the next message without a method, except for answers to `onProgress`, which is sent once, at the first progress event.
Prints {"opened": [comm_open content], "answers": [message], "events": [message], "buffers": {id: floats}} as JSON.
"""

import json
import struct
import sys

from jupyter_client.manager import start_new_kernel

TIMEOUT = 120


class Conversation:
    def __init__(self, client):
        self.client = client
        self.opened = []
        self.answers = []
        self.events = []
        self.buffers = {}

    def run(self, code):
        request = self.client.execute(code)
        while True:
            message = self.listen()
            is_own = message["parent_header"].get("msg_id") == request
            if message["msg_type"] == "stream" and message["content"]["name"] == "stderr":
                raise SystemExit(message["content"]["text"])
            if is_own and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return

    def send(self, data):
        content = {"comm_id": self.opened[-1]["comm_id"], "data": data}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))

    def ask(self, request):
        before = len(self.answers)
        later = request.get("onProgress")
        expected = 1
        self.send(request["message"])
        while len(self.answers) < before + expected:
            message = self.listen()
            is_progress = message["msg_type"] == "comm_msg" and message["content"]["data"].get("method") == "progress"
            if later is not None and is_progress:
                self.send(later)
                later, expected = None, 2

    def listen(self):
        message = self.client.get_iopub_msg(timeout=TIMEOUT)
        if message["msg_type"] == "comm_open":
            self.opened.append(message["content"])
        elif message["msg_type"] == "comm_msg":
            data = message["content"]["data"]
            (self.events if "method" in data else self.answers).append(data)
            for buffer in message["buffers"][:1]:
                raw = bytes(buffer)
                self.buffers[str(data["id"])] = struct.unpack(f"<{len(raw) // 4}f", raw)
        return message


def main(folder):
    plan = json.load(sys.stdin)
    manager, client = start_new_kernel(kernel_name="tslab", cwd=folder)
    try:
        conversation = Conversation(client)
        for code in plan["cells"]:
            conversation.run(code)
        for request in plan["requests"]:
            conversation.ask(request)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    names = ("opened", "answers", "events", "buffers")
    print(json.dumps({name: getattr(conversation, name) for name in names}))


if __name__ == "__main__":
    main(sys.argv[1])
