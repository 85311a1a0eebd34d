package dev.grapevine.spring;

/** The node's port could not be bound. */
public final class GrapevineBindException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Wraps what the node said.
     *
     * @param cause why; its message names the address
     */
    public GrapevineBindException(Throwable cause) {
        super("Grapevine could not start: " + cause.getMessage(), cause);
    }
}
