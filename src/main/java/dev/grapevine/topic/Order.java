package dev.grapevine.topic;

/** In which order the messages of a topic come. All members that use a topic have to choose the same. */
public enum Order {
    /** Those of each publisher and priority in the order in which it published them. */
    PUBLISHER,
    /**
     * Causal order besides: no message comes before one that its publisher had been given when it published it, whoever
     * published that one. Each message carries what it depends on, about 20 bytes for each publisher of whom something new came
     * since its publisher's last one, and waits where it arrives until that has come too.
     */
    CAUSAL
}
