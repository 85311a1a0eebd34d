package dev.grapevine.simulation;

import dev.grapevine.protocol.step.Effect;

/** Is told what a core tells. */
@FunctionalInterface
interface CoreObserver {

    void told(CoreNode node, Effect effect);
}
