package dev.grapevine.runtime;

/**
 * What may be thrown when a user's code reads a payload. A deep payload ends a recursive codec with {@link
 * StackOverflowError}, and one of another version with {@link LinkageError}: both say something of the payload, and the
 * next one may be fine.
 */
final class Undecodable {

    private Undecodable() {}

    /** Memory that is gone says nothing of the payload. */
    static void throwIfOutOfMemory(Throwable error) {
        if (error instanceof OutOfMemoryError memory) {
            throw memory;
        }
    }
}
