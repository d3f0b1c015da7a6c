/** A database of the tests lives for minutes: the better compiler, and a collector on threads of its own, cost more than they gain. */
export const JAVA_OPTIONS = { JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' };
