package dev.grapevine.wire;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not what the wire format says. The sender broke the protocol, so its link is closed. Carries no stack
 * trace: what matters is what was read, and a hostile sender should not be able to make it costly.
 */
public final class MalformedFrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedFrameException(String message) {
        this(message, null);
    }

    MalformedFrameException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
