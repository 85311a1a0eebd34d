package dev.grapevine.runtime;

import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.UndecodableHandler;
import reactor.core.scheduler.Scheduler;

/**
 * What a subscriber of a topic chose.
 *
 * @param start with what the subscription begins
 * @param delivery where it is called
 * @param buffer how many messages may wait, 1 to 1,048,576
 * @param overflow what happens when they are more
 * @param showGaps whether gaps are delivered
 * @param handler is told of messages that the codec could not read
 */
record SubscriberOptions(
        Start start, Scheduler delivery, int buffer, Overflow overflow, boolean showGaps, UndecodableHandler handler) {

    static final int MAX_BUFFER = 1 << 20;

    SubscriberOptions {
        if (buffer < 1 || buffer > MAX_BUFFER) {
            throw new IllegalArgumentException("A buffer has 1 to " + MAX_BUFFER + " messages, not " + buffer);
        }
    }
}
