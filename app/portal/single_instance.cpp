#include "app/portal/single_instance.h"

#include <QCryptographicHash>
#include <QLocalSocket>

namespace slipway::portal
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kConnectMs = 500;
constexpr int kAnswerMs = 5000; // somebody listens: a busy window is no reason for a second one

QString serverName(const QString &folder)
{
    const auto hash = QCryptographicHash::hash(folder.toUtf8(), QCryptographicHash::Sha256);
    return u"slipway-portal-"_s + QString::fromLatin1(hash.toHex().left(12)) + u'-' +
           qEnvironmentVariable("USER", u"user"_s);
}

} // namespace

SingleInstance::SingleInstance(const QString &folder, QObject *parent)
    : QObject(parent), m_name(serverName(folder))
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (auto *socket = m_server.nextPendingConnection()) {
            connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
            socket->write("raised");
            socket->disconnectFromServer();
            Q_EMIT raiseRequested();
        }
    });
}

bool SingleInstance::raiseOther() const
{
    QLocalSocket socket;
    socket.connectToServer(m_name);
    return socket.waitForConnected(kConnectMs) && socket.waitForReadyRead(kAnswerMs);
}

void SingleInstance::listen()
{
    QLocalServer::removeServer(m_name); // of a portal that was killed: nobody answered
    m_server.listen(m_name);
}

} // namespace slipway::portal
