/** Which peers break the rules over and over. */
@NullMarked
package dev.grapevine.protocol.conduct;

import org.jspecify.annotations.NullMarked;
