// What a program wrote last to its standard error: why it does not start, in its own words.
#pragma once

#include <deque>
#include <string>

namespace slipway::agent
{

class LastWords
{
public:
    void add(const std::string &line); // the newest; old ones are forgotten
    // The line that says most: an exception's, one that speaks of an error, or the last one.
    // Clipped; empty when nothing was written.
    std::string reason() const;

private:
    std::deque<std::string> m_lines;
};

// "; it said: ..." for a program that ended with a code of its own that is not 0, or nothing.
std::string saying(const LastWords &words, int wait_status);

} // namespace slipway::agent
