"""An in-memory thread store in plain Python. It knows threads and nothing of a wire."""
import hashlib
from records import canonical, known_git, matches, new_record, now, session_meta

class Refused(Exception):
    """A call that changed nothing, with code and reason as in docs/thread-store.md, and a message."""

def require(condition, code, reason, subject):
    if not condition:
        raise Refused(code, reason, f"{subject}: {reason}")

class Store:
    """One handle. Handles on the same threads share both dictionaries; one of them writes a thread."""
    supports = {"search": False, "turns": False, "items": False, "delete": True,
                "rawHistory": False, "lineage": False, "paths": False, "durability": "none",
                "writers": "multi-handle", "materialization": "eager", "readYourWrites": "always"}

    def __init__(self, threads, writers):
        self.threads, self.writers = threads, writers  # id -> (record, items); id -> Store

    def create_thread(self, p):
        self._no_writer(p)
        require(p["threadId"] not in self.threads, "CONFLICT", "already-exists", p["threadId"])
        record = new_record(p)
        self.threads[p["threadId"]], self.writers[p["threadId"]] = (record, []), self
        self.append_items(p | {"items": [{"type": "session_meta", "payload": session_meta(record, p)}]})

    def resume_thread(self, p):
        self._visible(p)
        self._no_writer(p)
        self.writers[p["threadId"]] = self

    def append_items(self, p):
        (record, items), time = self._live(p), now()
        added = [{"timestamp": time} | item for item in p["items"]]
        if record["historyMode"] == "paginated":
            for ordinal, item in enumerate(added, len(items)):
                require(item.setdefault("ordinal", ordinal) == ordinal, "INVALID_REQUEST", "invalid-item", item)
        items += added

    def load_history(self, p): return {"threadId": p["threadId"], "items": self._visible(p)[1], "position": None}
    def archive_thread(self, p): self._visible(p)[0]["archivedAt"] = now()
    def persist_thread(self, p): self._live(p)
    flush_thread = persist_thread

    def shutdown_thread(self, p):
        self._live(p)
        del self.writers[p["threadId"]]

    def discard_thread(self, p):
        if self.writers.get(p["threadId"]) is self:
            del self.writers[p["threadId"]]

    def read_thread(self, p):
        return self._visible(p)[0] | {"history": self.load_history(p) if p.get("includeHistory") else None}

    def list_threads(self, p):
        key, descending = p.get("sortKey", "createdAt"), p.get("sortDirection", "desc") == "desc"
        wanted = [sorted(canonical(one) for one in p.get(name) or []) for name in ("allowedSources", "modelProviders")]
        query = [key, descending, bool(p.get("archived")), p.get("searchTerm") or "",
                 p.get("cwdFilters"), p.get("parentThreadId"), *wanted]
        place = lambda record: [record[key], record["threadId"]]
        seal = lambda place: hashlib.sha256(canonical([query, place]).encode()).hexdigest()
        found = sorted((r for r, _ in self.threads.values() if matches(r, p)), key=place, reverse=descending)
        if p.get("cursor"):
            *after, mark = p["cursor"].split(" ")
            require(mark == seal(after), "INVALID_REQUEST", "invalid-cursor", p["cursor"])
            found = [r for r in found if (place(r) < after if descending else place(r) > after)]
        page, rest = found[:p["pageSize"]], found[p["pageSize"]:]
        last = place(page[-1]) if rest else []
        return {"items": page, "nextCursor": " ".join([*last, seal(last)]) if rest else None}

    def update_thread_metadata(self, p):
        record, patch = self._visible(p)[0], dict(p["patch"])
        if "gitInfo" in patch:
            patch["gitInfo"] = known_git((record["gitInfo"] or {}) | patch["gitInfo"])
        record.update(patch)
        return record

    def unarchive_thread(self, p):
        record = self._visible(p, True)[0]
        require(record["archivedAt"], "INVALID_REQUEST", "not-archived", p["threadId"])
        record.update(archivedAt=None, updatedAt=now())
        return record

    def delete_thread(self, p):
        self._visible(p, True)
        self._no_writer(p)
        del self.threads[p["threadId"]]

    def close(self):
        for thread_id in list(self.writers):
            self.discard_thread({"threadId": thread_id})

    def _visible(self, p, archived_too=False):
        require(p["threadId"] in self.threads, "THREAD_NOT_FOUND", "unknown-thread", p["threadId"])
        record, items = self.threads[p["threadId"]]
        shown = archived_too or p.get("includeArchived") or not record["archivedAt"]
        require(shown, "INVALID_REQUEST", "archived", p["threadId"])
        return record, items

    def _live(self, p):
        thread = self._visible(p, True)
        require(self.writers.get(p["threadId"]) is self, "CONFLICT", "not-live", p["threadId"])
        return thread

    def _no_writer(self, p): require(p["threadId"] not in self.writers, "CONFLICT", "already-live", p["threadId"])
