package dev.grapevine.protocol.step;

/** Where a core puts its effects, in the order in which they are to be carried out. */
@FunctionalInterface
public interface Effects {

    /**
     * Adds an effect.
     *
     * @param effect the effect
     */
    void add(Effect effect);

    /**
     * Counts one event.
     *
     * @param event what happened
     */
    default void note(ProtocolEvent event) {
        add(new Effect.Noted(event, 1));
    }
}
