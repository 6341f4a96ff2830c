"""Serves the store in store.py over docs/wire.md: one JSON object per line on stdin and stdout."""
import json, sys
from records import snake
from store import Refused, Store

storages, handles = {}, {}

def call(op, handle, p):
    if op == "$hello":
        return {"protocol": 1, "name": "python memory store", "version": None, "doors": ["second", "destroy"]}
    if op in ("$open", "$second"):
        handles[handle] = Store(*storages.setdefault(p["scope"], ({}, {})))
        return {"supports": Store.supports}
    if op == "$destroy":
        return storages.pop(p["scope"], None) and None
    if op == "$close":
        return handles.pop(handle).close()
    return getattr(handles[handle], snake(op))(p)

# JSON knows one number type: without this, -0 would come back as 0.
integer = lambda text: -0.0 if text == "-0" else int(text)
for line in sys.stdin.buffer:
    request = json.loads(line, parse_int=integer)
    if "id" not in request:  # an abort, too late: calls are done one after the other
        continue
    try:
        answer = {"ok": call(request["op"], request.get("h"), request["p"])}
    except Refused as error:
        answer = {"err": dict(zip(("code", "reason", "message"), error.args))}
    print(json.dumps({"id": request["id"], **answer}), flush=True)
