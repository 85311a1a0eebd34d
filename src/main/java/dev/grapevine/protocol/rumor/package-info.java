/**
 * Epidemics by name over one store: push, pull, push-pull and rumor mongering (Demers et al., <em>Epidemic algorithms for
 * replicated database maintenance</em>, 1987), each with a declared stop rule, as a pure state machine.
 *
 * <p>Membership's own news is not kept here, though it stops by one of these rules (push, blind counter, section 1.4).
 * What it says of a member displaces what it said before, so its queue is kept by subject and not by rumor; it has no
 * contacts, but rides on frames that are sent anyway, so the queue is kept by how often each piece was sent; and nobody
 * answers, so there is nothing to judge. What the two have in common is one comparison.
 */
@NullMarked
package dev.grapevine.protocol.rumor;

import org.jspecify.annotations.NullMarked;
