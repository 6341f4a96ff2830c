import { setFlagsFromString } from 'node:v8'

/** Options of `mallopt` in glibc. */
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3

/**
 * Keeps a process that copies much small: it may run for days beside other work. V8 would let the
 * part of the heap for young objects grow to 96 MiB when many of them live until a commit, and glibc
 * would keep 90 MiB that were freed long ago. Neither makes a migration faster.
 */
export async function keepProcessLean(): Promise<void> {
  setFlagsFromString('--semi-space-growth-factor=1')
  if (process.platform === 'linux') await returnFreedMemory()
}

/** Where the C library is another one than glibc, it does what it does. */
async function returnFreedMemory(): Promise<void> {
  const { default: koffi } = await import('koffi')
  try {
    const mallopt = koffi.load('libc.so.6').func('int mallopt(int param, int value)')
    mallopt(M_MMAP_THRESHOLD, 64 * 1024)
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024)
  } catch {
    // Only memory is at stake.
  }
}
