package dev.grapevine.runtime;

/** What calls end with that come too late. */
final class Stopped {

    private Stopped() {}

    static IllegalStateException error() {
        return new IllegalStateException("The node has stopped");
    }
}
