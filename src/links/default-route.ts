import type { RouteFact } from '../facts/model.ts';
import { checkedPrefix, contains, parsePrefix } from '../net/prefix.ts';
import type { Candidate } from './candidate.ts';

/** What the kernel puts on packets to the world: the default route's `src`, else an address on its interface. */
export function defaultRouteSource(
  routes: readonly RouteFact[],
  candidates: readonly Candidate[],
): Candidate | undefined {
  const [route] = routes
    .filter((one) => one.destination === '0.0.0.0/0' && one.type === 'unicast' && one.table === 'main')
    .sort((a, b) => a.metric - b.metric);
  if (!route) return undefined;
  const gateway = route.via === undefined ? undefined : parsePrefix(route.via);
  const onInterface = candidates.filter((candidate) => candidate.interface === route.interface);
  return (
    candidates.find((candidate) => candidate.address === route.source) ??
    onInterface.find((candidate) => gateway && contains(checkedPrefix(candidate.prefix), gateway)) ??
    onInterface[0]
  );
}
