"""What a thread's record and its session_meta item look like."""
import json, re
from datetime import datetime, timezone

AGENT, ORIGIN = ["agentNickname", "agentRole", "agentPath"], ["forkedFromId", "parentThreadId", "threadSource"]
GIT = {"sha": "commit_hash", "branch": "branch", "originUrl": "repository_url"}
EMPTY = dict.fromkeys("archivedAt name title model reasoningEffort rolloutPath approvalMode tokenUsage "
                      "permissionProfile firstUserMessage extra history rollouts".split())

def new_record(p):
    meta, time, spawn = p["metadata"], now(), p["source"]
    for key in ("subagent", "thread_spawn"):
        spawn = spawn.get(key) or {} if isinstance(spawn, dict) else {}
    return EMPTY | {key: p.get(key) for key in [*ORIGIN, "extraConfig"]} | {
        "threadId": p["threadId"], "createdAt": time, "updatedAt": time, "source": p["source"], "preview": "",
        "modelProvider": meta["modelProvider"], "cwd": meta["cwd"] or "", "cliVersion": meta.get("cliVersion", ""),
        "memoryMode": meta.get("memoryMode", "enabled"), "historyMode": p.get("historyMode", "legacy"),
        "gitInfo": known_git(meta.get("gitInfo") or {}), **{key: spawn.get(snake(key)) for key in AGENT}}

def session_meta(record, p):
    copied = ["cwd", "cliVersion", "source", "modelProvider", "memoryMode", "historyMode", *ORIGIN, *AGENT]
    meta = {snake(key): record[key] for key in copied if record[key] not in ("enabled", "legacy")} | {
        "id": record["threadId"], "timestamp": record["createdAt"], "dynamic_tools": p.get("dynamicTools") or None,
        "originator": p["metadata"].get("originator", "threadstore"),
        "base_instructions": {"text": p["baseInstructions"]} if p.get("baseInstructions") is not None else None,
        "git": {GIT[key]: value for key, value in (record["gitInfo"] or {}).items() if value is not None} or None}
    return {name: value for name, value in meta.items() if value is not None}

def matches(record, p):
    """Whether a list has the record: every filter that is given keeps it."""
    term, sources = folded(p.get("searchTerm") or ""), p.get("allowedSources") or [record["source"]]
    texts = [record[key] or "" for key in ("name", "title", "preview", "firstUserMessage")]
    return ((record["archivedAt"] is not None) == bool(p.get("archived"))
            and canonical(record["source"]) in [canonical(one) for one in sources]
            and record["modelProvider"] in (p.get("modelProviders") or [record["modelProvider"]])
            and record["parentThreadId"] == p.get("parentThreadId", record["parentThreadId"])
            and record["cwd"] in p.get("cwdFilters", [record["cwd"]]) and any(term in folded(text) for text in texts))

def known_git(git): return {key: git.get(key) for key in GIT} if any(git.get(key) is not None for key in GIT) else None
def canonical(value): return json.dumps(value, sort_keys=True)
def folded(text): return text.encode(errors="surrogatepass").lower()  # of bytes, ASCII letters alone
def snake(name): return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)
def now(): return datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z"
