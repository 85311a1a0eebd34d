package dev.grapevine.topic;

import dev.grapevine.bytes.Bytes;

/** A subscriber's error hook: is told of each message that its codec could not read. The stream goes on. */
@FunctionalInterface
public interface UndecodableHandler {

    /**
     * A message could not be read. Called on the thread that delivers; what it throws is logged and ignored.
     *
     * @param message the message as it came
     * @param error what the codec threw
     */
    void undecodable(Message<Bytes> message, Throwable error);
}
