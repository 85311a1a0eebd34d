package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;

/**
 * Which stream of another member it is.
 *
 * @param origin who publishes it
 * @param topic the topic
 * @param index a small number that no other stream has that is known at the same time
 * @param number how many streams were known before it, ever
 */
record StreamPlace(Origin origin, String topic, int index, long number) {}
