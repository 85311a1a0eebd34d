package dev.grapevine.protocol.frame;

/**
 * The way that a message has come from its publisher.
 *
 * @param hops how many members have forwarded it, at most {@value #MAX_HOPS}: 0 from the publisher itself
 * @param micros how long the links between them are, all together and one way, as probes measured them; in microseconds, at most {@value #MAX_MICROS}
 */
public record Way(int hops, int micros) {

    /** Most links that are counted; what came farther is said to have come this far. */
    public static final int MAX_HOPS = 255;

    /** The longest way that is told, a minute; what is longer is said to be as long. */
    public static final int MAX_MICROS = 60_000_000;

    /** That of the publisher's own messages. */
    public static final Way NONE = new Way(0, 0);

    /**
     * The same way and one link more.
     *
     * @param linkMicros how long the link is one way, in microseconds, not negative
     * @return the longer way
     */
    public Way on(int linkMicros) {
        return new Way(Math.min(hops + 1, MAX_HOPS), (int) Math.min((long) micros + linkMicros, MAX_MICROS));
    }
}
