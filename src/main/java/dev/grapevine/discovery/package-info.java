/**
 * Where a node finds the first members of its cluster.
 */
@NullMarked
package dev.grapevine.discovery;

import org.jspecify.annotations.NullMarked;
