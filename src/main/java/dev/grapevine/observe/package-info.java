/**
 * What a node tells about itself: the observer behind meters and logs.
 */
@NullMarked
package dev.grapevine.observe;

import org.jspecify.annotations.NullMarked;
