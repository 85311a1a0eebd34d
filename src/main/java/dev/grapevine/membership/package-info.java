/**
 * Who a member is and how it stands: values only, with no dependency on the rest of the library.
 */
@NullMarked
package dev.grapevine.membership;

import org.jspecify.annotations.NullMarked;
