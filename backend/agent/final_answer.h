// Interim answers (100 to 199, RFC 9110 section 15.2) in front of an answer.
#pragma once

#include <string>
#include <string_view>

namespace slipway::agent
{

// nginx before 1.29 takes an interim answer for the answer, and the connection then waits for its
// end. For one answer a connection: what comes before the final answer's head is left out, all else
// goes on as it is. 101 is final.
class FinalAnswer
{
public:
    // What of these bytes, and of those held back before, goes on now.
    std::string take(std::string_view bytes);
    // What is still held back when no more will come.
    std::string rest();
    bool begun() const { return m_begun; } // nothing is held back any more

private:
    std::string m_held;
    bool m_begun = false;
};

} // namespace slipway::agent
