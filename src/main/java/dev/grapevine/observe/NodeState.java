package dev.grapevine.observe;

/** Where a node stands in its life. It only ever moves forward. */
public enum NodeState {
    /** Built; no port, no thread. */
    NEW,
    /** Its port is bound; it refuses peers until it joins. */
    BOUND,
    /** Announced to the cluster, or alone in it. */
    JOINED,
    /** It has announced that it goes; its links still carry what is under way. */
    LEFT,
    /** It stops or has stopped: streams are completed; {@code stop()} completes when port and threads are given back. */
    STOPPED
}
