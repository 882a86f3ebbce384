/**
 * How routes of ours are told from all others. The protocol number is free in the kernel (rtnetlink.h), in iproute2's
 * rt_protos and in FRR's zebra, which takes 186 to 198 for its own; the metric is nobody's default.
 */
export const ROUTE_PROTOCOL = 213;
export const ROUTE_METRIC = 4213;
