/**
 * Grapevine turns the instances of a service into their own event bus.
 */
@NullMarked
package dev.grapevine;

import org.jspecify.annotations.NullMarked;
