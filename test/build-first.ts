import { execFileSync } from 'node:child_process'

/** Tests from outside run what is built, so a stale `dist` must not be able to fool them. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
}
