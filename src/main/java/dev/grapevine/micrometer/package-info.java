/**
 * Meters of a node in a Micrometer registry.
 */
@NullMarked
package dev.grapevine.micrometer;

import org.jspecify.annotations.NullMarked;
