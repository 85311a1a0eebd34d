/**
 * The service-provider interface between the pipelines and whatever carries frames between members.
 */
@NullMarked
package dev.grapevine.transport;

import org.jspecify.annotations.NullMarked;
