// Module hook: in a process of the runner, test files that import 'uvu' get the watched one.
const watched = new URL('./watched-uvu.ts', import.meta.url).href;

export function resolve(specifier, context, next) {
  if (specifier === 'uvu' && context.parentURL?.split('?')[0] !== watched) {
    return { url: watched, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}
