/**
 * Replicated state: the public interfaces and values of replicated maps.
 */
@NullMarked
package dev.grapevine.replicated;

import org.jspecify.annotations.NullMarked;
