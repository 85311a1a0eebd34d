package dev.grapevine.protocol.dissemination;

/** What became of messages that arrived, or of one that was announced. */
enum Arrival {
    /** Some of it was not known. */
    FRESH,
    /** All of it was known. */
    DUPLICATE,
    /** A large message was known and missing, and is offered once more. */
    RESUMED,
    /** What was not known was not taken, for want of room. */
    REFUSED
}
