/** The jump hosts in arguments that Ansible gives to ssh, such as `-o ControlMaster=auto -J bastion`. */
import { splitWords } from './shell-words.ts';

export type JumpArgument =
  | { readonly kind: 'none' }
  /** As ProxyJump takes it: `none`, or hosts joined by commas, the nearest to you first. */
  | { readonly kind: 'jump'; readonly jump: string }
  | { readonly kind: 'proxy-command' }
  | { readonly kind: 'open-quote' };

/** Options in their order, `-o` and its value as one; of any other argument nothing is asked. */
function optionsOf(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const before = words[index - 1];
    if (before === '-o') return [word];
    if (before === '-J') return [`ProxyJump=${word}`];
    if (/^-o./.test(word)) return [word.slice(2)];
    return /^-J./.test(word) ? [`ProxyJump=${word.slice(2)}`] : [];
  });
}

/** The first ProxyJump or ProxyCommand; ssh takes the first value of an option, ssh(1). */
export function parseJumpArgument(text: string): JumpArgument {
  const split = splitWords(text, { comments: false });
  if (split.kind === 'open-quote') return { kind: 'open-quote' };
  for (const option of optionsOf(split.words)) {
    const match = /^\s*(ProxyJump|ProxyCommand)\s*[=\s]\s*(.*)$/i.exec(option);
    if (match === null) continue;
    const [, name = '', value = ''] = match;
    if (/^proxyjump$/i.test(name)) return { kind: 'jump', jump: value.trim() };
    return value.trim() === 'none' ? { kind: 'none' } : { kind: 'proxy-command' };
  }
  return { kind: 'none' };
}
