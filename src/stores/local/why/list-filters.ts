import { isInteractive } from '../../../store/interactive-source.js'
import type { ThreadRecord } from '../../../store/records.js'
import { canonicalJson } from '../../../store/thread-filter.js'
import { configuredText } from '../home/home-config.js'
import type { HomePaths } from '../home/home-paths.js'
import type { HomeFinding } from '../scan/home-findings.js'

/** What Codex's lists leave out though nothing is wrong with it. */
export function filteredOut(record: ThreadRecord, provider: string): HomeFinding[] {
  const { archivedAt, modelProvider, source, threadId } = record
  const found: HomeFinding[] = []
  const add = (code: string, texts: Pick<HomeFinding, 'measured' | 'expected' | 'remedy'>): void =>
    void found.push({ code, severity: 'info', ...texts, count: 1, samples: [threadId] })
  if (archivedAt !== null) {
    add('ARCHIVED', {
      measured: `the thread was archived at ${archivedAt}; lists show archived threads apart`,
      expected: 'a thread that is not archived',
      remedy: `unarchive it: codex unarchive ${threadId}, or thread/unarchive`,
    })
  }
  if (modelProvider !== provider) {
    add('OTHER_PROVIDER', {
      measured: `the thread is of model provider ${shown(modelProvider)}; lists show ${shown(provider)}`,
      expected: 'the model_provider of config.toml, openai where it names none',
      remedy: `start Codex with -c model_provider=${shown(modelProvider)}, or list with modelProviders: []`,
    })
  }
  if (!isInteractive(source)) {
    add('OTHER_SOURCE', {
      measured: `the thread was started by ${typeof source === 'string' ? source : canonicalJson(source)}, not by a person`,
      expected: 'cli, vscode, atlas or chatgpt',
      remedy: 'codex resume --include-non-interactive, or list with its kind in sourceKinds',
    })
  }
  return found
}

/** The provider whose threads Codex lists. Profiles and `-c` on the command line may say otherwise. */
export function configuredProvider({ home }: HomePaths): string {
  return configuredText(home, 'model_provider') ?? 'openai'
}

function shown(text: string): string {
  return JSON.stringify(text)
}
