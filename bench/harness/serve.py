"""What serve.mjs is for Node: does tasks as standard input asks for them."""

import json
import platform
import sys
import time


def serve(versions, tools):
    """`tools`: tasks of a tool and what does a task by name. Does not return before input ends."""
    versions = {"Python": platform.python_version(), **versions}
    say({"versions": versions, "tools": {name: list(tasks) for name, tasks in tools.items()}})
    for line in sys.stdin:
        turn = json.loads(line)
        call, calls = tools[turn["tool"]][turn["task"]], turn["calls"]
        wall, used = time.perf_counter(), time.process_time()
        for _ in range(calls):
            call()
        wall, used = time.perf_counter() - wall, time.process_time() - used
        say({"wall": wall / calls, "processor": used / calls})


def say(answer):
    print(json.dumps(answer), flush=True)
