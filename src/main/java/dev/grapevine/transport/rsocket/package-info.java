/**
 * Links over RSocket on TCP.
 */
@NullMarked
package dev.grapevine.transport.rsocket;

import org.jspecify.annotations.NullMarked;
