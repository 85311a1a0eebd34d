/**
 * A whole cluster in one thread and in virtual time: the production pipelines over a seeded network with faults, and
 * checkers of what they promise. For this library's own tests and for its users'.
 *
 * <p>Begin with {@link dev.grapevine.simulation.SimulatedCluster}. The same seed gives the same run, step by step, in
 * every process and on every JDK.
 */
@NullMarked
package dev.grapevine.simulation;

import org.jspecify.annotations.NullMarked;
