package dev.grapevine.topic;

/**
 * One thing that a subscriber is given and says whether it is done with: a message, or the announcement that some are
 * missing, which needs no answer. Only the first answer counts. Used from any thread.
 *
 * @param <T> type of the values
 */
public interface Acknowledgeable<T> {

    /**
     * What is given.
     *
     * @return a message, or a gap
     */
    Delivery<T> delivery();

    /**
     * How many times the message has been given to this subscriber, this time included.
     *
     * @return 1 for the first time, and for a gap
     */
    int attempt();

    /**
     * The subscriber is done with the message: it is not given again.
     *
     * @return whether that came in time; false for a gap, if an answer was given before, or if the message has been taken for
     *     not answered, and so given again, given up, or dropped with the subscription
     */
    boolean acknowledge();

    /**
     * The subscriber could not do what it had to: the message is given again after a while, or given up.
     *
     * @return as {@link #acknowledge()}
     */
    boolean reject();
}
