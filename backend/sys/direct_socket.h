// A listening Unix socket in a folder that somebody else can write.
#pragma once

#include <filesystem>

namespace slipway::sys
{

// The socket that lies at the path itself: a link there is not followed, so that no words meant for
// its owner go to another's socket. What the path names afterwards does not matter.
class DirectSocket
{
public:
    explicit DirectSocket(const std::filesystem::path &path);
    ~DirectSocket();
    DirectSocket(const DirectSocket &) = delete;
    DirectSocket &operator=(const DirectSocket &) = delete;

    bool exists() const; // false: nothing lies there, or something else
    // To be connected to while this object lives.
    std::filesystem::path path() const;

private:
    int m_descriptor;
};

} // namespace slipway::sys
