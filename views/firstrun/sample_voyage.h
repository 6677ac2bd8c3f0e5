// The sample's voyage: real commands one after the other, each finished before the next: create a
// service, upload and deploy a first version, a second one to staging, look at it, swap.
#pragma once

#include "models/session/session.h"

#include <QObject>
#include <QStringList>
#include <array>
#include <memory>

namespace slipway::views
{

class Prompter;

class SampleVoyage : public QObject
{
    Q_OBJECT

public:
    enum Step {
        Create,
        UploadFirst,
        DeployProduction,
        UploadSecond,
        DeployStaging,
        Open,
        Swap,
    };
    static constexpr int kSteps = Swap + 1;
    enum class State { Waiting, Running, Done, Failed };
    struct Progress {
        State state = State::Waiting;
        QString words;     // phase, result or error
        int permille = -1; // below 0: unknown
    };

    // `samples`: the folder with guestbook-v1.cspkg and guestbook-v2.cspkg.
    SampleVoyage(models::Session &session, Prompter &prompter, QString samples,
                 QObject *parent = nullptr);
    ~SampleVoyage() override;

    // Chooses the service's name: guestbook, or the first of guestbook-2, -3 ... that is free.
    void begin();
    void doNext();     // the next step, or a failed one again
    void doAll();      // and the ones after it
    void cancelStep(); // the running one, where that is possible

    QString service() const { return m_service; }
    const Progress &progress(Step step) const { return m_progress[std::size_t(step)]; }
    int current() const { return m_current; } // kSteps: all done
    bool isRunning() const;
    bool isFinished() const { return m_current == kSteps; }
    bool goesOn() const { return m_all; } // the next step begins by itself
    bool canCancel() const;
    QString address() const; // production's; empty: none yet
    // Sample packages that are not where they should be; empty: all are there.
    QStringList missingFiles() const;

Q_SIGNALS:
    void changed();
    void finished();

private:
    void run(Step step);
    void upload(const QString &package);
    void deploy(v1::SlotKind slot, const QString &package, const std::string &digest);
    void openAddress();
    void swap();
    void send(v1::Command command);
    void onReply(const Result<v1::CommandReply> &reply);
    void follow(const models::StoreDelta &delta);
    void judge(const v1::Operation &operation);
    void tell(State state, const QString &words, int permille = -1);
    void succeed(const QString &words);
    void fail(const QString &words);
    QString file(const QString &name) const;

    models::Session &m_session;
    Prompter &m_prompter;
    QString m_samples;
    QString m_service;
    std::array<Progress, kSteps> m_progress;
    int m_current = 0;
    bool m_all = false;
    std::string m_operation; // followed; empty: none
    std::unique_ptr<client::Subscription> m_upload;
    std::string m_upload_id;
    std::string m_first_digest;
    std::string m_second_digest;
};

} // namespace slipway::views
