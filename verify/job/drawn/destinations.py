"""Destination URLs: each scheme that duplicity has or had, in every spelling of its parts."""

from hypothesis import strategies as st

SCHEMES = (
    *("file", "s3", "boto3+s3", "s3+http", "gs", "boto+gs", "sftp", "scp", "ssh", "rsync", "ftp", "ftps", "ftpes"),
    *("webdav", "webdavs", "http", "https", "b2", "azure", "swift", "dpbx", "onedrive", "rclone", "gdrive", "gdocs"),
    *("pydrive", "mega", "megav2", "multi", "par2+file", "par2+sftp", "lftp+sftp", "ncftp+ftp", "paramiko+sftp"),
    *("pexpect+scp", "gio+smb", "cf+http", "acd+acdcli", "imap", "imaps", "tahoe", "hsi", "idrived", "S3", "File", ""),
)
_parts = st.text("abcXYZ019_.-~+,=!()é", min_size=1, max_size=6)
_odd_parts = st.text("ab/:@%?#&[]$*;| '\"\\", min_size=1, max_size=6)
_escaped = st.sampled_from(("%2F", "%40", "%3A", "%20", "%25", "%C3%A9", "%zz", "%"))
_secrets = st.lists(_parts | _parts | _odd_parts | _escaped, min_size=1, max_size=3).map("".join)
_users = st.sampled_from(("", "", "me@", "me:@", ":pw@", "a%40b@", "o365user@firm.example@")) | st.builds(
    lambda user, secret: f"{user}:{secret}@", _parts, _secrets
)
_hosts = st.sampled_from(
    ("", "host", "host.example", "s3.amazonaws.com", "192.0.2.1", "[::1]", "HOST", "my_bucket", "localhost")
)
_ports = st.sampled_from(("", "", "", ":22", ":", ":0", ":99999", ":abc", "::module"))
_slashes = st.sampled_from(("://", "://", "://", ":///", ":///", ":////", ":/", ":"))
_paths = st.lists(_parts | _odd_parts | _escaped | st.just(".."), max_size=3).map(
    lambda parts: "".join("/" + p for p in parts)
)
_ends = st.sampled_from(("", "", "/", "//", "?a=b", "?a=b&c", "#part", "?", "#"))


@st.composite
def destinations(draw: st.DrawFn) -> str:
    """Draw a URL, sound or not."""
    parts = (st.sampled_from(SCHEMES), _slashes, _users, _hosts, _ports, _paths, _ends)
    return "".join(draw(part) for part in parts)
