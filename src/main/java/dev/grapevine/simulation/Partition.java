package dev.grapevine.simulation;

/** A partition that can be healed by itself, while other faults last. */
@FunctionalInterface
public interface Partition {

    /** Lets everything through again that this partition held up. Healing twice is the same as once. */
    void heal();
}
