/** Proves that a store keeps the contract of `docs/thread-store.md`. */
export {}
