/**
 * Publish and subscribe: the public interfaces and values of topics.
 */
@NullMarked
package dev.grapevine.topic;

import org.jspecify.annotations.NullMarked;
