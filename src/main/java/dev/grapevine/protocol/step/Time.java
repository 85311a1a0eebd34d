package dev.grapevine.protocol.step;

/**
 * The time of an input.
 *
 * @param nanos monotonic, in nanoseconds, from an arbitrary beginning; what deadlines are made of
 * @param wallMillis wall clock, milliseconds since 1970; only for hybrid logical stamps
 */
public record Time(long nanos, long wallMillis) {}
