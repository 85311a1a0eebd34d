package dev.grapevine.transport;

import dev.grapevine.protocol.step.DialFailure;

/** A dial did not give a link. */
public final class LinkRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why there is no link. */
    private final DialFailure failure;

    /**
     * A refusal.
     *
     * @param failure the kind
     * @param message what happened, for people; names the address
     * @param cause what caused it, or null
     */
    public LinkRefusedException(
            DialFailure failure, String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
    }

    /**
     * The kind of failure.
     *
     * @return why there is no link
     */
    public DialFailure failure() {
        return failure;
    }
}
