/**
 * The Reactor pipelines around the pure cores: the node loop, peer links, publishing and subscriptions.
 */
@NullMarked
package dev.grapevine.runtime;

import org.jspecify.annotations.NullMarked;
