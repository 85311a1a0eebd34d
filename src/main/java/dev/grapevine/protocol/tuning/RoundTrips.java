package dev.grapevine.protocol.tuning;

/**
 * Within what time an answer comes: the smoothed round trip and four times its mean deviation, as TCP waits for an
 * acknowledgement (RFC 6298, section 2).
 */
final class RoundTrips {

    private double smoothed;
    private double deviation;
    private boolean any;

    void add(long nanos) {
        if (any) {
            deviation += (Math.abs(nanos - smoothed) - deviation) / 4;
            smoothed += (nanos - smoothed) / 8;
        } else {
            any = true;
            smoothed = nanos;
            deviation = nanos / 2.0;
        }
    }

    /** In nanoseconds; 0 before the first. */
    long bound() {
        return (long) (smoothed + 4 * deviation);
    }
}
