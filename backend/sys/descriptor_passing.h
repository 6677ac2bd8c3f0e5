// A descriptor that travels beside bytes of a local stream socket. None of these block.
#pragma once

#include <cstddef>

namespace slipway::sys
{

// Sends some of the bytes with the descriptor, which stays the caller's. Returns how many, -1 with
// errno (EAGAIN: later).
std::ptrdiff_t sendBeside(int socket, const char *bytes, std::size_t size, int descriptor);
// Receives some bytes; a descriptor that came with them replaces `descriptor` and is the caller's.
// Returns how many, 0 at the end, -1 with errno (EAGAIN: later).
std::ptrdiff_t receiveBeside(int socket, unsigned char *bytes, std::size_t size, int &descriptor);
// A copy that programs do not inherit; -1: none left.
int copyDescriptor(int descriptor);
void closeDescriptor(int descriptor); // nothing for -1
void closeOnExec(int descriptor);     // programs that this process starts do not have it

} // namespace slipway::sys
