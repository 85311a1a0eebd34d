/** How the pace of gossip follows what is measured. */
@NullMarked
package dev.grapevine.protocol.tuning;

import org.jspecify.annotations.NullMarked;
