package dev.grapevine.spring;

import dev.grapevine.GrapevineBuilder;

/** Changes the node's builder after the properties were applied and before the node is built; called in bean order. */
@FunctionalInterface
public interface GrapevineBuilderCustomizer {

    /**
     * Changes the builder.
     *
     * @param builder the builder with all properties applied
     */
    void customize(GrapevineBuilder builder);
}
